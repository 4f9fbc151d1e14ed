package io.sluice.admin;

import io.sluice.config.Addresses;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.telemetry.SessionLog;
import io.sluice.telemetry.SessionReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for sessions, group by group, and keeps one page of them.
 *
 * <p>Confined to one thread at a time: each group's I/O thread in its turn, while the asking thread waits.
 */
final class SessionSearch {
    private final @Nullable String anything;
    private final @Nullable String clientId;
    private final @Nullable String address;
    private final @Nullable String userName;
    private final SessionLog log;
    private final int offset;
    private final int limit;
    private final List<SessionReport> page = new ArrayList<>();
    private int found;

    /**
     * All conditions hold for what is found; null is no condition.
     *
     * @param anything part of client id, address or user name
     * @param clientId part of it, as is each of the others
     * @param log knows how user names are shown
     */
    SessionSearch(
            @Nullable String anything,
            @Nullable String clientId,
            @Nullable String address,
            @Nullable String userName,
            SessionLog log,
            int offset,
            int limit) {
        this.anything = anything;
        this.clientId = clientId;
        this.address = address;
        this.userName = userName;
        this.log = log;
        this.offset = offset;
        this.limit = limit;
    }

    /** How many sessions the conditions hold for. */
    int found() {
        return found;
    }

    List<SessionReport> page() {
        return page;
    }

    /** Looks at the sessions of one group, on its I/O thread. */
    SessionSearch in(SessionGroup group) {
        group.forEach(this::visit);
        return this;
    }

    static List<SessionReport> byId(SessionGroup group, String id) {
        List<SessionReport> found = new ArrayList<>(1);
        group.forEach(session -> {
            if (session.id().equals(id)) {
                found.add(session.report());
            }
        });
        return found;
    }

    private void visit(Session session) {
        if (matches(session)) {
            if (found >= offset && page.size() < limit) {
                page.add(session.report());
            }
            found++;
        }
    }

    private boolean matches(Session session) {
        return (clientId == null || holds(session.clientId(), clientId))
                && (address == null || holds(addressOf(session), address))
                && (userName == null || holds(log.shown(session.userName()), userName))
                && (anything == null
                        || holds(session.clientId(), anything)
                        || holds(addressOf(session), anything)
                        || holds(log.shown(session.userName()), anything));
    }

    private static String addressOf(Session session) {
        return Addresses.text(session.info().address().getAddress());
    }

    private static boolean holds(@Nullable String text, String part) {
        return text != null && text.contains(part);
    }
}
