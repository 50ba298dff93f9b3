package dev.barnabas.share;

import java.util.List;
import java.util.Optional;

/**
 * What a member says of records it has.
 *
 * @param lastOffset inclusive
 * @param types one for all, or one for each offset
 */
public record Acknowledgement(long firstOffset, long lastOffset, List<Type> types) {

    public Acknowledgement {
        types = List.copyOf(types);
        if (firstOffset > lastOffset || (types.size() != 1 && types.size() != lastOffset - firstOffset + 1)) {
            throw new IllegalArgumentException(
                    types.size() + " types for the offsets " + firstOffset + " to " + lastOffset);
        }
    }

    Type typeOf(long offset) {
        return types.size() == 1 ? types.getFirst() : types.get((int) (offset - firstOffset));
    }

    /** The codes on the wire are those of KIP-932 and KIP-1222. */
    public enum Type {
        /** There is no record at this offset. */
        GAP,
        /** It was processed. */
        ACCEPT,
        /** Somebody else may try. */
        RELEASE,
        /** Nobody shall try again. */
        REJECT,
        /** It takes longer: the lock begins anew. */
        RENEW;

        public static Optional<Type> of(byte code) {
            return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
        }
    }
}
