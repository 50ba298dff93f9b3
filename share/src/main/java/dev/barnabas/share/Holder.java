package dev.barnabas.share;

import java.util.Objects;

/** Whom records are out with: a member in one of its share sessions. Identity is what tells sessions apart. */
public final class Holder {
    private final String memberId;

    public Holder(String memberId) {
        this.memberId = Objects.requireNonNull(memberId);
    }

    public String memberId() {
        return memberId;
    }

    @Override
    public String toString() {
        return memberId;
    }
}
