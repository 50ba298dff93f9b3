package dev.barnabas.groups;

import java.util.Collection;

/** What the other members of a streams group have, as it is going to be after a decision. */
final class OtherMembers implements TaskAssignment.Others {
    private final StreamsDraft draft;
    private final String memberId;
    private final String processId;

    OtherMembers(StreamsDraft draft, String memberId) {
        this.draft = draft;
        this.memberId = memberId;
        this.processId = draft.member(memberId).orElseThrow().processId();
    }

    @Override
    public boolean process(String subtopology, int partition) {
        return draft.group().processors(subtopology, partition).stream()
                .anyMatch(other -> isOther(other)
                        && StreamsGroup.processed(draft.current(other)).contains(subtopology, partition));
    }

    @Override
    public boolean haveInProcess(String subtopology, int partition) {
        return sharesProcess(draft.group().processors(subtopology, partition), subtopology, partition)
                || sharesProcess(draft.group().keepers(subtopology, partition), subtopology, partition);
    }

    private boolean sharesProcess(Collection<String> holders, String subtopology, int partition) {
        return holders.stream()
                .anyMatch(other -> isOther(other)
                        && draft.member(other)
                                .filter(member -> member.processId().equals(processId))
                                .isPresent()
                        && has(draft.current(other), subtopology, partition));
    }

    private static boolean has(TaskAssignment current, String subtopology, int partition) {
        return StreamsGroup.processed(current).contains(subtopology, partition)
                || StreamsGroup.kept(current).contains(subtopology, partition);
    }

    private boolean isOther(String other) {
        return !other.equals(memberId);
    }
}
