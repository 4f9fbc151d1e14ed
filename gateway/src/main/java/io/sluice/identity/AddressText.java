package io.sluice.identity;

import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text: RFC 4291 2.2 and dotted decimal in, RFC 5952 out. Never asks the resolver.
 *
 * <p>Immutable.
 */
final class AddressText {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int GROUPS = 8;
    private static final int QUOTED_CHARACTERS = 64;

    private AddressText() {}

    /**
     * The 4 or 16 bytes of an address, null for any other text. Four decimal numbers without leading zeros (RFC 6943
     * 3.1.1: some read those as octal), or IPv6 without brackets and zone.
     */
    static byte @Nullable [] parse(String text) {
        byte[] bytes = new byte[text.indexOf(':') < 0 ? IPV4_BYTES : IPV6_BYTES];
        boolean legal = bytes.length == IPV4_BYTES ? decimals(text, bytes, 0) : hexadecimals(text, bytes);
        return legal ? bytes : null;
    }

    /** Reads {@code 192.0.2.7} into the four bytes from there. */
    private static boolean decimals(String text, byte[] bytes, int from) {
        String[] numbers = text.split("\\.", -1);
        if (numbers.length != IPV4_BYTES) {
            return false;
        }
        for (int i = 0; i < IPV4_BYTES; i++) {
            int number = decimal(numbers[i], 255);
            if (number < 0) {
                return false;
            }
            bytes[from + i] = (byte) number;
        }
        return true;
    }

    /** A decimal number of one to three digits without leading zeros; -1 for any other text. */
    static int decimal(String text, int most) {
        if (text.isEmpty() || text.length() > 3 || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int number = number(text, 10);
        return number <= most ? number : -1;
    }

    /** Digits of ASCII alone; -1 for any other text. */
    private static int number(String text, int radix) {
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            int digit = character < 128 ? Character.digit(character, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * radix + digit;
        }
        return number;
    }

    /** Reads IPv6: groups from the left up to {@code ::}, and from there groups that end at the right. */
    private static boolean hexadecimals(String text, byte[] bytes) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, bytes, true) == GROUPS;
        }
        byte[] right = new byte[IPV6_BYTES];
        int before = groups(text.substring(0, gap), bytes, false);
        int after = groups(text.substring(gap + 2), right, true);
        if (before < 0 || after < 0 || before + after >= GROUPS) {
            return false;
        }
        System.arraycopy(right, 0, bytes, IPV6_BYTES - 2 * after, 2 * after);
        return true;
    }

    /**
     * Reads groups of 16 bits into the bytes from 0 on.
     *
     * @param last they end the text, where dotted decimal may stand for two of them
     * @return how many they are, -1 for any other text
     */
    private static int groups(String text, byte[] bytes, boolean last) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] groups = text.split(":", -1);
        boolean dotted = last && groups[groups.length - 1].indexOf('.') >= 0;
        int plain = dotted ? groups.length - 1 : groups.length;
        int count = dotted ? plain + 2 : plain;
        if (count > GROUPS) {
            return -1;
        }
        for (int i = 0; i < plain; i++) {
            String group = groups[i];
            int value = group.isEmpty() || group.length() > 4 ? -1 : number(group, 16);
            if (value < 0) {
                return -1;
            }
            bytes[2 * i] = (byte) (value >> 8);
            bytes[2 * i + 1] = (byte) value;
        }
        return dotted && !decimals(groups[plain], bytes, 2 * plain) ? -1 : count;
    }

    static String formatIpv4(long address) {
        return (address >> 24 & 0xFF) + "." + (address >> 16 & 0xFF) + "." + (address >> 8 & 0xFF) + "."
                + (address & 0xFF);
    }

    /** RFC 5952 4: lower case, no leading zeros, {@code ::} for the first longest run of two or more zero groups. */
    static String formatIpv6(long high, long low) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i % 4)) & 0xFFFF);
        }
        int gap = 0;
        int gapLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = zeros(groups, i);
            if (length > gapLength) {
                gap = i;
                gapLength = length;
            }
        }
        if (gapLength == 1) {
            return join(groups, 0, GROUPS);
        }
        return join(groups, 0, gap) + "::" + join(groups, gap + gapLength, GROUPS);
    }

    private static int zeros(int[] groups, int from) {
        int at = from;
        while (at < GROUPS && groups[at] == 0) {
            at++;
        }
        return at - from;
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** For a message: in double quotes, escaped, cut at 64 characters. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), QUOTED_CHARACTERS); i++) {
            char character = text.charAt(i);
            if (character == '"' || character == '\\') {
                quoted.append('\\').append(character);
            } else if (character >= ' ' && character <= '~') {
                quoted.append(character);
            } else {
                quoted.append(String.format("\\u%04x", (int) character));
            }
        }
        return quoted.append(text.length() > QUOTED_CHARACTERS ? "...\"" : "\"").toString();
    }
}
