#!/bin/sh
# Gives Claviger a host of its own on a running Payara Server: the name serves Claviger and nothing else, every other name the
# applications and of Claviger nothing. As often as you like:
#
#   host.sh id.example.org
#   asadmin deploy --virtualservers claviger claviger.war
#   asadmin deploy --virtualservers claviger well-known.war
#   asadmin deploy --virtualservers server your-application.war
#
# What asadmin needs to be let in stands in its own variables (AS_ADMIN_USER, AS_ADMIN_PASSWORDFILE, AS_ADMIN_PORT).
set -eu
host=$1
asadmin=${ASADMIN:-asadmin}
server=configs.config.server-config.http-service.virtual-server.claviger
"$asadmin" get "$server.id" >/dev/null 2>&1 ||
    "$asadmin" create-virtual-server --hosts "$host" --networklisteners http-listener-1,http-listener-2 claviger
"$asadmin" set "$server.hosts=$host" "$server.network-listeners=http-listener-1,http-listener-2"
