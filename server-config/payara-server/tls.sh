#!/bin/sh
# Puts the certificate and its key, both in claviger.p12 under the name "claviger", into the keystore of a Payara domain; tls.asadmin
# has the server use it. As often as you like, and again with each new certificate; then restart the domain:
#
#   CLAVIGER_TLS_PASSWORD=... AS_MASTER_PASSWORD=... tls.sh /etc/claviger/claviger.p12 /opt/payara6/glassfish/domains/domain1
#
# The master password is that of the domain: "changeit" until asadmin change-master-password. From PEM files:
# openssl pkcs12 -export -name claviger -in fullchain.pem -inkey key.pem -out claviger.p12
set -eu
: "${CLAVIGER_TLS_PASSWORD:?is that of the first file}" "${AS_MASTER_PASSWORD:?is that of the domain}"
export CLAVIGER_TLS_PASSWORD AS_MASTER_PASSWORD # keytool reads them there; arguments could be seen
exec keytool -importkeystore -noprompt \
    -srckeystore "$1" -srcstoretype PKCS12 -srcstorepass:env CLAVIGER_TLS_PASSWORD -srcalias claviger \
    -destkeystore "$2/config/keystore.p12" -deststoretype PKCS12 -deststorepass:env AS_MASTER_PASSWORD
