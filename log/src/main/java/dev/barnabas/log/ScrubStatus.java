package dev.barnabas.log;

/**
 * What is known of a log from checking what is stored of it, since it was opened.
 *
 * @param checkedBytes read and checked so far, in all rounds
 * @param damagedBatches how many are damaged, as far as is known
 * @param healedSegments how many segments had damaged records that were replaced by those of another replica
 * @param lastCompleteMs when the whole log had been checked last, in ms since 1970; -1 if it has not been
 */
public record ScrubStatus(long checkedBytes, long damagedBatches, long healedSegments, long lastCompleteMs) {}
