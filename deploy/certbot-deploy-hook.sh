#!/bin/sh
# For certbot: hands a renewed certificate to Sluice. It belongs to one certificate; in renewal-hooks/deploy certbot would run it
# for every certificate of the machine, and the gateway would serve whichever came last:
#   install -m 0755 certbot-deploy-hook.sh /usr/local/sbin/sluice-certificate
#   certbot certonly --cert-name gw.example.com -d gw.example.com --deploy-hook /usr/local/sbin/sluice-certificate
# For a certificate that is there already, put renew_hook = /usr/local/sbin/sluice-certificate below [renewalparams] of
# /etc/letsencrypt/renewal/gw.example.com.conf, and run once
#   RENEWED_LINEAGE=/etc/letsencrypt/live/gw.example.com /usr/local/sbin/sluice-certificate
# It runs as root and copies, since the user sluice may not read RENEWED_LINEAGE. The gateway takes the pair when both are there,
# from the next connection on, and touches no live one. The reload below also applies what you changed in gateway.properties.
set -eu

lineage=${RENEWED_LINEAGE:?certbot sets it}
target=${SLUICE_TLS_DIR:-/etc/sluice/tls}
group=${SLUICE_GROUP:-sluice}

install -d -m 0750 -g "$group" "$target"
for file in fullchain.pem privkey.pem; do
  install -m 0640 -g "$group" "$lineage/$file" "$target/$file.new"
  mv -f "$target/$file.new" "$target/$file"
done

# Not needed where tls.reload-interval is on, but sooner.
if command -v systemctl >/dev/null && systemctl is-active --quiet sluice; then
  systemctl reload sluice
fi
