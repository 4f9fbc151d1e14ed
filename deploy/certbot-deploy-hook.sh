#!/bin/sh
# For certbot: hands a renewed certificate to Sluice. Install as
#   /etc/letsencrypt/renewal-hooks/deploy/sluice
# and name /etc/sluice/tls/fullchain.pem and privkey.pem as tls.certificate and tls.private-key. certbot runs it as root with
# RENEWED_LINEAGE, the directory of the new files. The user sluice may not read that, so they are copied; the gateway takes the
# pair when both are there, from the next connection on, and touches no live one.
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
