package dev.barnabas.server;

import dev.barnabas.broker.MetadataLogs;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.SoleState;
import dev.barnabas.metadata.ratis.QuorumSettings;
import dev.barnabas.metadata.ratis.RatisMetadataLog;
import dev.barnabas.settings.ControllerQuorum;
import dev.barnabas.settings.Listeners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The metadata log of a node of a cluster. A node that was alone so far, and with which a cluster is to begin, brings
 * what it has.
 */
final class QuorumMetadataLogs implements MetadataLogs {

    /** In the first of {@code log.dirs}. */
    static final String FOLDER = "quorum";

    private final ControllerQuorum quorum;
    private final Duration fetchTimeout;

    /** @param fetchTimeout how long a voter waits for a leader that says nothing */
    QuorumMetadataLogs(ControllerQuorum quorum, Duration fetchTimeout) {
        this.quorum = quorum;
        this.fetchTimeout = fetchTimeout;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void open(Place place, Disk.Completion<MetadataLog> then) {
        Path folder = Path.of(place.directory()).resolve(FOLDER);
        if (quorum.beginsHere() && !Files.exists(folder)) {
            SoleState.read(place.disk(), place.folder(), place.loop(), new Disk.Completion<>() {
                @Override
                public void done(Optional<SoleState> state) {
                    open(place, folder, state, then);
                }

                @Override
                public void failed(IOException fault) {
                    then.failed(fault);
                }
            });
        } else {
            open(place, folder, Optional.empty(), then);
        }
    }

    private void open(Place place, Path folder, Optional<SoleState> state, Disk.Completion<MetadataLog> then) {
        QuorumSettings settings = new QuorumSettings(
                place.nodeId(),
                place.directoryId(),
                folder,
                endpoint(quorum.bind()),
                endpoint(quorum.advertised()),
                voters(place.nodeId()),
                quorum.bootstrap().stream().map(QuorumMetadataLogs::endpoint).toList(),
                fetchTimeout,
                state.map(sole -> new QuorumSettings.Seed(sole.lastOffset(), sole.state())));
        RatisMetadataLog.open(settings, place.loop(), new Disk.Completion<>() {
            @Override
            public void done(RatisMetadataLog log) {
                then.done(log);
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    private Map<Integer, Endpoint> voters(int self) {
        Map<Integer, Endpoint> voters = new TreeMap<>();
        quorum.voters().forEach((id, address) -> voters.put(id, endpoint(address)));
        if (quorum.beginsHere()) {
            voters.put(self, endpoint(quorum.advertised()));
        }
        return voters;
    }

    private static Endpoint endpoint(Listeners.Address address) {
        return new Endpoint(address.host(), address.port());
    }
}
