package io.sluice.listener;

import io.sluice.limit.Admission;
import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;

/**
 * What one connection counts for at the {@link Door}, from accept until it is closed.
 *
 * <p>As a predicate it is asked for the client id of a whole CONNECT: false, it is banned.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class Ticket implements Predicate<String>, ChannelListener<StreamConnection> {
    private final Door door;

    /** Of the client, once it is counted. */
    private @Nullable InetAddress address;

    private boolean judged;
    private @Nullable Refusal refusal;
    private long retryAfterSeconds;
    private boolean connectSeen;
    private boolean session;
    private boolean answering;
    private boolean settled;

    Ticket(Door door) {
        this.door = door;
    }

    /** Settles when the connection closes, at once if it has. */
    void follow(StreamConnection connection) {
        connection.setCloseListener(this);
    }

    @Override
    public void handleEvent(StreamConnection closed) {
        settle();
    }

    /** Judges the client's address; once, further calls change nothing. Null: it may come in, and is counted. */
    @Nullable
    Refusal judge(InetAddress client) {
        if (!judged) {
            judged = true;
            refusal = door.allows(client) ? count(client) : Refusal.DENIED;
        }
        return refusal;
    }

    /** Judges the client's address at accept; false: not even an answer is due. */
    boolean mayStay(InetAddress client) {
        Refusal found = judge(client);
        if (found == null) {
            return true;
        }
        answering = found != Refusal.DENIED && door.mayAnswer();
        return answering;
    }

    private @Nullable Refusal count(InetAddress client) {
        if (door.bans().isBanned(client)) {
            return Refusal.BANNED;
        }
        Admission admission = door.limits().admit(client, System.nanoTime());
        if (admission.majority()) {
            door.tellMajority(client);
        }
        Refusal over = switch (admission.verdict()) {
            case ADMITTED -> null;
            case RATE -> Refusal.ADDRESS_RATE;
            case CONNECTIONS -> Refusal.ADDRESS_CONNECTIONS;
            case AWAITING_CONNECT -> Refusal.ADDRESS_AWAITING_CONNECT;
        };
        if (over != null) {
            door.over(client, over, admission.admitted());
        }
        if (admission.admitted()) {
            address = client;
            return null;
        }
        retryAfterSeconds = admission.retryAfterSeconds();
        return over;
    }

    /** After how many seconds it makes sense to come back; 0 where the refusal says nothing of it. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Why no handshake is accepted now; null when some are. */
    @Nullable
    Refusal closedDoor() {
        if (door.isFull()) {
            door.tellFull();
            return Refusal.FULL;
        }
        return door.isShortOfMemory() ? Refusal.MEMORY : null;
    }

    /** Takes a session, which it gives back when the connection closes; false: the gateway is full. */
    boolean takeSession() {
        session = session || door.takeSession();
        return session;
    }

    @Override
    public boolean test(String clientId) {
        InetAddress counted = address;
        if (counted != null && !connectSeen && !settled) {
            connectSeen = true;
            door.limits().connectSeen(counted);
        }
        return !door.bans().isBanned(clientId);
    }

    private void settle() {
        if (settled) {
            return;
        }
        settled = true;
        if (address != null) {
            door.limits().closed(address, connectSeen);
        }
        door.left(session, answering);
    }
}
