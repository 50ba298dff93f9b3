package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.share.Holder;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The share sessions of the connections of one loop, bounded in number ({@code group.share.max.share.sessions} over all
 * loops). A session lives as long as its connection: when that is closed, whatever is out with it is given back. Owned
 * by its loop.
 */
final class ShareSessions {

    private final Loop loop;
    private final int maxSessions;
    private final BiConsumer<String, Holder> release;
    private final NavigableMap<Key, ShareSession> sessions = new TreeMap<>();

    private record Key(String groupId, String memberId) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byGroup = groupId.compareTo(other.groupId);
            return byGroup == 0 ? memberId.compareTo(other.memberId) : byGroup;
        }
    }

    /** @param release gives back what is out with a session of a group, on all loops */
    ShareSessions(Loop loop, int maxSessions, BiConsumer<String, Holder> release) {
        this.loop = loop;
        this.maxSessions = maxSessions;
        this.release = release;
    }

    /** What a request turned out to be part of. */
    sealed interface Resolved {
        record In(ShareSession session, boolean isNew, boolean isLast) implements Resolved {}

        record Refused(ErrorCode error) implements Resolved {}
    }

    int size() {
        return sessions.size();
    }

    /** @param mayOpen whether this request may open a session */
    Resolved resolve(String groupId, String memberId, int epoch, Call call, boolean mayOpen) {
        loop.requireCurrent();
        Key key = new Key(groupId, memberId);
        ShareSession known = sessions.get(key);
        if (epoch == ShareSession.INITIAL_EPOCH) {
            return mayOpen ? open(key, known, call) : new Resolved.Refused(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
        }
        if (known == null) {
            return new Resolved.Refused(ErrorCode.SHARE_SESSION_NOT_FOUND);
        }
        if (epoch == ShareSession.FINAL_EPOCH) {
            return new Resolved.In(known, false, true);
        }
        return known.advance(epoch)
                ? new Resolved.In(known, false, false)
                : new Resolved.Refused(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
    }

    private Resolved open(Key key, @Nullable ShareSession known, Call call) {
        if (known == null && sessions.size() >= maxSessions) {
            return new Resolved.Refused(ErrorCode.SHARE_SESSION_LIMIT_REACHED);
        }
        // A member that begins anew keeps what it has.
        ShareSession opened = new ShareSession(call.asker(), known == null ? new Holder(key.memberId) : known.holder());
        sessions.put(key, opened);
        call.whenClosed(new EndSessions(this, call.asker()));
        return new Resolved.In(opened, true, false);
    }

    /** The member has closed its session, and what it had to say is said. */
    void end(String groupId, String memberId, ShareSession session) {
        loop.requireCurrent();
        if (sessions.remove(new Key(groupId, memberId), session)) {
            release.accept(groupId, session.holder());
        }
    }

    private void connectionClosed(Asker asker) {
        List<Key> ended = new ArrayList<>();
        sessions.forEach((key, session) -> {
            if (session.belongsTo(asker)) {
                ended.add(key);
            }
        });
        for (Key key : ended) {
            ShareSession session = sessions.remove(key);
            if (session != null) {
                release.accept(key.groupId, session.holder());
            }
        }
    }

    /** A connection is told the same thing once, however many sessions it has. */
    private record EndSessions(ShareSessions sessions, Asker asker) implements Runnable {
        @Override
        public void run() {
            sessions.connectionClosed(asker);
        }
    }
}
