#!/usr/bin/env bash
# Two Payara Micro, on 127.0.0.1:8081 and :8082, with one PostgreSQL, one data grid, and nginx on :8000 in front.
#   PAYARA_MICRO=payara-micro.jar WARS="claviger.war your-application.war" server-config/cluster/payara-micro.sh
. "$(dirname "$0")/nodes.sh"
require PAYARA_MICRO

deploy=()
for war in $WARS; do
  deploy+=(--deploy "$war")
done

for number in 1 2; do
  mkdir "$work/tmp-$number"
  # The grid on the loopback address only: without the property it listens on every address, whatever --interfaces says.
  node "$number" java -Xmx512m -Djava.io.tmpdir="$work/tmp-$number" -Dhazelcast.socket.bind.any=false -jar "$PAYARA_MICRO" \
    --port "808$number" --disablephonehome --prebootcommandfile "$here/../payara-micro/loopback.asadmin" \
    --clustername claviger --clustermode tcpip:127.0.0.1:6911,127.0.0.1:6912 --startport "691$number" --interfaces 127.0.0.1 \
    "${deploy[@]}"
done
serve
