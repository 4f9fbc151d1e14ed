package io.sluice;

import io.sluice.config.ClusterConfig;
import io.sluice.config.GatewayConfig;
import io.sluice.config.LinkConfig;
import io.sluice.config.ListenerConfig;
import io.sluice.config.TlsConfig;
import io.sluice.tls.BrokerTls;
import io.sluice.tls.TlsBundle;
import io.sluice.tls.TlsException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the certificates and keys that a configuration names, and logs what is odd about them, each thing once. */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private TlsFiles() {}

    /**
     * For clients, by name of the listener; without those that have none.
     *
     * @throws StartException one line for the operator: a file cannot be read, or is not what it should be
     */
    static Map<String, TlsBundle> ofListeners(GatewayConfig config) throws StartException {
        Map<String, TlsBundle> bundles = new HashMap<>();
        Set<String> warnings = new LinkedHashSet<>();
        for (ListenerConfig listener : config.listeners()) {
            List<TlsConfig> named = listener.tls().stream()
                    .flatMap(name ->
                            config.tls().stream().filter(tls -> tls.name().equals(name)))
                    .toList();
            try {
                if (!named.isEmpty()) {
                    TlsBundle bundle = TlsBundle.load(named);
                    warnings.addAll(bundle.warnings());
                    bundles.put(listener.name(), bundle);
                }
            } catch (TlsException wrong) {
                throw StartException.misconfigured(String.valueOf(wrong.getMessage()));
            }
        }
        warnings.forEach(LOG::warn);
        return bundles;
    }

    /**
     * For brokers, by name of the cluster; without those that have none.
     *
     * @throws StartException one line for the operator: a file cannot be read, or is not what it should be
     */
    static Map<String, BrokerTls> ofClusters(GatewayConfig config) throws StartException {
        Map<String, BrokerTls> loaded = new HashMap<>();
        for (ClusterConfig cluster : config.clusters()) {
            LinkConfig.Tls tls = cluster.link().tls().orElse(null);
            try {
                if (tls != null) {
                    BrokerTls brokers = BrokerTls.load(cluster.name(), tls);
                    brokers.warnings().forEach(LOG::warn);
                    loaded.put(cluster.name(), brokers);
                }
            } catch (TlsException wrong) {
                throw StartException.misconfigured(String.valueOf(wrong.getMessage()));
            }
        }
        return loaded;
    }
}
