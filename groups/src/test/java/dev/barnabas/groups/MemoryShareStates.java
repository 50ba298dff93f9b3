package dev.barnabas.groups;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The states of share groups in memory: begun as the share coordinators do it, answered in a later turn. */
final class MemoryShareStates implements ShareStates {
    private final NavigableMap<String, NavigableMap<SharePlace, State>> groups = new TreeMap<>();
    private final NavigableMap<SharePlace, Long> ends = new TreeMap<>();
    private final List<Runnable> held = new ArrayList<>();
    private @Nullable ErrorCode refusal;
    private boolean holds;

    /** How far a group has come. */
    record State(int stateEpoch, long startOffset, int deliveryCompleteCount) {}

    /** From now on nothing is done, or everything. */
    void refuse(@Nullable ErrorCode why) {
        refusal = why;
    }

    /** From now on answers are held back, or given. */
    void holds(boolean nowHolds) {
        holds = nowHolds;
        if (!holds) {
            List<Runnable> answers = List.copyOf(held);
            held.clear();
            answers.forEach(Runnable::run);
        }
    }

    NavigableMap<SharePlace, State> of(String groupId) {
        return groups.computeIfAbsent(groupId, _ -> new TreeMap<>());
    }

    /** A leader has settled records. */
    void put(String groupId, SharePlace place, State state) {
        of(groupId).put(place, state);
    }

    void end(SharePlace place, long offset) {
        ends.put(place, offset);
    }

    @Override
    public void initialize(
            String groupId,
            int stateEpoch,
            NavigableMap<SharePlace, Long> starts,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then) {
        answer(starts.navigableKeySet(), loop, then, place -> {
            State known = of(groupId).get(place);
            if (known != null && known.stateEpoch > stateEpoch) {
                return ErrorCode.FENCED_STATE_EPOCH;
            }
            long start = starts.getOrDefault(place, -1L);
            if (known != null && known.stateEpoch == stateEpoch && start < 0) {
                return ErrorCode.NONE;
            }
            of(groupId).put(place, new State(stateEpoch, start, start < 0 ? -1 : 0));
            return ErrorCode.NONE;
        });
    }

    @Override
    public void delete(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then) {
        answer(places, loop, then, place -> {
            of(groupId).remove(place);
            return ErrorCode.NONE;
        });
    }

    @Override
    public void summarize(
            String groupId,
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, Summary>> then) {
        NavigableMap<SharePlace, Summary> summaries = new TreeMap<>();
        for (SharePlace place : places) {
            State known = of(groupId).get(place);
            ErrorCode why = refusal;
            summaries.put(
                    place,
                    why != null
                            ? Summary.refused(why)
                            : known == null
                                    ? new Summary(ErrorCode.NONE, 0, -1, -1)
                                    : new Summary(ErrorCode.NONE, 1, known.startOffset, known.deliveryCompleteCount));
        }
        give(loop, () -> then.accept(summaries));
    }

    @Override
    public void ends(NavigableSet<SharePlace> places, Loop loop, Consumer<NavigableMap<SharePlace, Long>> then) {
        NavigableMap<SharePlace, Long> known = new TreeMap<>(ends);
        known.keySet().retainAll(places);
        give(loop, () -> then.accept(known));
    }

    private void answer(
            NavigableSet<SharePlace> places,
            Loop loop,
            Consumer<NavigableMap<SharePlace, ErrorCode>> then,
            Function<SharePlace, ErrorCode> change) {
        NavigableMap<SharePlace, ErrorCode> results = new TreeMap<>();
        ErrorCode why = refusal;
        places.forEach(place -> results.put(place, why != null ? why : change.apply(place)));
        give(loop, () -> then.accept(results));
    }

    private void give(Loop loop, Runnable answer) {
        if (holds) {
            held.add(() -> loop.execute(answer));
        } else {
            loop.execute(answer);
        }
    }
}
