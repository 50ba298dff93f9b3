package dev.barnabas.host.live;

import dev.barnabas.host.NetworkContract;
import dev.barnabas.host.TestBed;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class LiveNetworkContractTest {
    @TempDir
    Path folder;

    @Nested
    final class Epoll extends NetworkContract {
        @Override
        protected TestBed bed() {
            return new LiveTestBed(folder, Transport.best());
        }
    }

    @Nested
    final class Nio extends NetworkContract {
        @Override
        protected TestBed bed() {
            return new LiveTestBed(folder, Transport.NIO);
        }
    }
}
