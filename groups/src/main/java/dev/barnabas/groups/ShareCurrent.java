package dev.barnabas.groups;

/**
 * What a member of a share group has. It need not wait for others to give anything up, so it has its target as soon as
 * it hears of it. Immutable.
 *
 * @param epoch of the target that it has come to
 * @param previousEpoch the one before: the answer with the newer one may have been lost
 */
record ShareCurrent(int epoch, int previousEpoch, Partitions assigned) {
    static final ShareCurrent NOTHING = new ShareCurrent(0, 0, Partitions.NONE);
}
