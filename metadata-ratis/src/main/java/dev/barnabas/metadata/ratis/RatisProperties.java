package dev.barnabas.metadata.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' settings: made for one group with few and small entries, where memory counts. */
final class RatisProperties {

    /** More than a piece of an entry with all that Ratis puts around it. */
    private static final SizeInBytes BATCH = SizeInBytes.valueOf(Pieces.MAX_BYTES * 2L);

    private static final SizeInBytes BUFFER = SizeInBytes.valueOf(Pieces.MAX_BYTES * 3L);
    private static final SizeInBytes SEGMENT = SizeInBytes.valueOf(8L << 20);
    private static final SizeInBytes CACHE = SizeInBytes.valueOf(4L << 20);
    private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf(256L << 10);
    private static final TimeDuration NEVER = TimeDuration.valueOf(10_000, TimeUnit.DAYS);
    private static final int SNAPSHOTS = 2;

    private RatisProperties() {}

    static RaftProperties of(Path folder, Duration fetchTimeout) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, new RaftTransport.Type());
        RaftServerConfigKeys.setStorageDir(properties, List.of(folder.toFile()));

        TimeDuration longest = milliseconds(fetchTimeout.toMillis());
        TimeDuration shortest = milliseconds(fetchTimeout.toMillis() / 2);
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, shortest);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, longest);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, shortest);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, longest);
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, NEVER);
        // What a leader that has lost its majority waits before it stands again: the others were longer without one.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, longest);
        // Ratis gives up for good after a pause of a minute; a member that was stopped for so long goes on instead.
        RaftServerConfigKeys.setCloseThreshold(properties, NEVER);

        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SEGMENT);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, PREALLOCATED);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, BUFFER);
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 1);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, CACHE);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, BATCH);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf(1L << 20));

        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, SNAPSHOTS);
        // Entries are not asked for twice.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.ONE_SECOND);
        return properties;
    }

    private static TimeDuration milliseconds(long count) {
        return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
    }
}
