package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AddressConfig;
import io.sluice.limit.Bans;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoorTest {
    private static final AddressConfig UNLIMITED = new AddressConfig(
            AddressConfig.Mode.ENFORCE,
            Optional.empty(),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            64,
            1,
            List.of(),
            List.of());

    /** 128 of them are the reserve, 64 handshakes may be in progress. */
    private static final long DESCRIPTORS = 128 + 160;

    private final List<String> orders = new ArrayList<>();

    private Door door(int maxSessions) {
        Door door = new Door(UNLIMITED, new Bans(1), maxSessions, DESCRIPTORS, Long.MAX_VALUE, 1);
        door.whenFull(() -> orders.add("pause"), () -> orders.add("resume"));
        return door;
    }

    @Test
    void pausesWithTheLastDescriptorAndResumesWithASixteenthFree() {
        Door door = door(1000);

        for (int i = 0; i < 79; i++) {
            door.enter().takeSession();
        }
        assertThat(orders).isEmpty();
        door.enter().takeSession();
        door.enter();
        assertThat(orders).containsExactly("pause");
        assertThat(door.paused()).isTrue();

        for (int i = 0; i < 5; i++) {
            assertThat(orders).containsExactly("pause");
            door.left(true, false);
        }
        door.left(true, false);
        assertThat(orders).containsExactly("pause", "resume");
        assertThat(door.paused()).isFalse();
    }

    @Test
    void countsWhatAConnectionTakesBesideItsSocket() {
        Door door = new Door(UNLIMITED, new Bans(1), 1000, DESCRIPTORS, Long.MAX_VALUE, 3);
        door.whenFull(() -> orders.add("pause"), () -> orders.add("resume"));

        for (int i = 0; i < 40; i++) {
            door.enter().takeSession();
        }
        assertThat(orders).isEmpty();
        door.enter();

        assertThat(orders).containsExactly("pause");
    }

    @Test
    void pausesWithTheLastHandshakeAndResumesWhenSomeAreDone() {
        Door door = door(1000);

        for (int i = 0; i < 64; i++) {
            assertThat(orders).isEmpty();
            door.enter();
        }
        assertThat(orders).containsExactly("pause");

        for (int i = 0; i < 5; i++) {
            door.left(false, false);
        }
        assertThat(orders).containsExactly("pause", "resume");
    }

    @Test
    void resumesWhenHandshakesBecomeSessions() {
        Door door = door(1000);
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            tickets.add(door.enter());
        }
        assertThat(orders).containsExactly("pause");

        tickets.subList(0, 5).forEach(Ticket::takeSession);

        assertThat(orders).containsExactly("pause", "resume");
    }

    @Test
    void givesNoMoreSessionsThanThereAre() {
        Door door = door(2);

        assertThat(door.enter().takeSession()).isTrue();
        Ticket second = door.enter();
        assertThat(second.takeSession()).isTrue();
        assertThat(second.takeSession()).as("again for the same connection").isTrue();
        Ticket third = door.enter();
        assertThat(third.takeSession()).isFalse();
        assertThat(third.closedDoor()).isEqualTo(Refusal.FULL);

        door.left(true, false);

        assertThat(third.closedDoor()).isNull();
        assertThat(third.takeSession()).isTrue();
    }

    @Test
    void refusesWhileMemoryIsShort() {
        Door door = door(2);
        boolean[] isShort = {true};
        door.refuseWhile(() -> isShort[0]);

        assertThat(door.enter().closedDoor()).isEqualTo(Refusal.MEMORY);
        isShort[0] = false;
        assertThat(door.enter().closedDoor()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "20000,      1073741824,          1, 9687",
        "20000,      1073741824,          3, 4843",
        "20000,      16777216,            1, 1024",
        "100,        1073741824,          3, 1",
        "2147483647, 9223372036854775807, 1, 10000000"
    })
    void derivesMaxSessionsFromDescriptorsAndHeap(long descriptors, long heap, int perConnection, int sessions) {
        assertThat(Door.autoSessions(descriptors, heap, perConnection)).isEqualTo(sessions);
    }
}
