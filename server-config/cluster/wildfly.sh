#!/usr/bin/env bash
# Two WildFly with standalone-ha.xml, on 127.0.0.1:8081 and :8082, with one PostgreSQL, one cache, and nginx on :8000 in front.
#   WILDFLY=/opt/wildfly WARS="claviger.war your-application.war" server-config/cluster/wildfly.sh
# WILDFLY is only read: the nodes have configurations of their own, told what ../wildfly/guard.cli, cluster.cli and push.cli say.
. "$(dirname "$0")/nodes.sh"
require WILDFLY

mkdir "$work/wildfly-1"
cp -r "$WILDFLY/standalone/configuration" "$work/wildfly-1/configuration"
(
  cd "$here/../wildfly"
  {
    echo "embed-server --server-config=standalone-ha.xml"
    cat guard.cli cluster.cli push.cli
    echo "stop-embedded-server"
  } >"$work/configure.cli"
  JAVA_OPTS="-Djboss.server.base.dir=$work/wildfly-1" "$WILDFLY/bin/jboss-cli.sh" --file="$work/configure.cli"
)
mkdir -p "$work/wildfly-1/deployments"
cp $WARS "$work/wildfly-1/deployments/"
cp -r "$work/wildfly-1" "$work/wildfly-2"

for number in 1 2; do
  # The script then passes our signal on.
  LAUNCH_JBOSS_IN_BACKGROUND=true JAVA_OPTS="-Xmx512m -Djava.awt.headless=true" node "$number" \
    "$WILDFLY/bin/standalone.sh" --server-config=standalone-ha.xml -Djboss.server.base.dir="$work/wildfly-$number" \
    -Djboss.node.name="node-$number" -b 127.0.0.1 -bprivate 127.0.0.1 -Djboss.http.port="808$number" \
    -Djboss.https.port=0 -Djboss.ajp.port=0 -Djboss.management.http.port="999$number" \
    -Dclaviger.cluster.port="769$number" -Dclaviger.cluster.hosts="127.0.0.1[7691],127.0.0.1[7692]"
done
serve
