package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How the brokers of one cluster are checked.
 *
 * <p>Immutable.
 *
 * @param interval from one check to the next, give or take a tenth
 * @param timeout of one check
 * @param rise so many good checks in a row bring a broker back
 * @param fall so many bad ones take it out
 * @param url for HTTP; {@link #HOST} in it stands for the broker's host
 */
public record HealthConfig(Type type, Duration interval, Duration timeout, int rise, int fall, Optional<String> url) {
    static final String HOST = "{host}";

    /** What is asked of a broker. */
    public enum Type {
        /** MQTT where PROXY headers are sent: these have to be understood; else TCP. */
        AUTO,
        /** It accepts a connection, and TLS where it has TLS. */
        TCP,
        /** It answers CONNECT. */
        MQTT,
        /** Its health URL answers 2xx. */
        HTTP,
        OFF
    }

    /** The URL for a broker; empty where there is none. */
    public Optional<String> urlOf(HostPort broker) {
        return url.map(text -> urlOf(text, broker));
    }

    static String urlOf(String text, HostPort broker) {
        String host = broker.host();
        return text.replace(HOST, host.indexOf(':') < 0 ? host : "[" + host.replace("%", "%25") + "]");
    }
}
