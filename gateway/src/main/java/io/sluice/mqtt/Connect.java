package io.sluice.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * What a gateway needs to know of one CONNECT (MQTT 3.1 section 3.1, 3.1.1 and 5.0 section 3.1).
 *
 * <p>Immutable.
 *
 * @param level protocol level without the bridge bit: 3, 4 or 5
 * @param bridge bit 7 of the protocol level was set
 * @param cleanStart Clean Session, in 5.0 Clean Start
 * @param keepAliveSeconds 0 to 65535; 0 is none
 * @param clientId may be empty
 * @param userName null where the packet has none
 * @param maximumPacketSize 5.0 property: the greatest packet the client accepts, in bytes; {@link Long#MAX_VALUE} where it
 *     names none
 * @param authenticationMethod 5.0 property Authentication Method is there
 * @param length bytes of the whole packet, fixed header included
 */
public record Connect(
        int level,
        boolean bridge,
        boolean cleanStart,
        int keepAliveSeconds,
        String clientId,
        @Nullable String userName,
        long maximumPacketSize,
        boolean authenticationMethod,
        int length) {

    /** The same with names of so many characters at most: they outlive the packet. */
    public Connect cut(int mostCharacters) {
        String user = userName == null ? null : cut(userName, mostCharacters);
        return new Connect(
                level,
                bridge,
                cleanStart,
                keepAliveSeconds,
                cut(clientId, mostCharacters),
                user,
                maximumPacketSize,
                authenticationMethod,
                length);
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }
}
