package dev.barnabas.protocol;

/**
 * Record batches as they travel and as they are stored. A message refers to them without caring where they are: in
 * memory ({@link MemoryRecords}), or in a file from which the network sends them directly.
 */
public interface Records {
    int sizeInBytes();
}
