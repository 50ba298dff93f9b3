package dev.barnabas.log;

/**
 * Something in a segment file that is not what was written there.
 *
 * @param path of the file, in its log directory
 * @param position in the file where it begins
 * @param offset of the first record that is damaged, as far as that can be told
 * @param what is wrong there, for people
 * @param uncheckedBytes how much of the file, from that position on, could not be checked, because nobody knows where
 *     the next batch begins; 0 if only one batch is damaged
 */
public record LogDamage(String path, long position, long offset, String what, long uncheckedBytes) {

    LogDamage unchecked(long bytes) {
        return new LogDamage(path, position, offset, what, bytes);
    }
}
