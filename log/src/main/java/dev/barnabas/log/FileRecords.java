package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Part;
import dev.barnabas.protocol.Records;

/**
 * Whole record batches in a segment file, ready to be sent. What it refers to stays readable for at least
 * {@link LogDirectory#HANDLE_GRACE} after it was given out, even if the segment is deleted meanwhile; keep it no
 * longer.
 *
 * @param position of the first batch in the file
 */
public record FileRecords(DiskFile file, long position, int sizeInBytes) implements Records {

    /** As a part of a frame. */
    public Part part() {
        return new Part.Region(file, position, sizeInBytes);
    }
}
