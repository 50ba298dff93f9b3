package dev.barnabas.host.live;

import dev.barnabas.host.LoopContract;
import dev.barnabas.host.TestBed;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class LiveLoopContractTest {
    @TempDir
    Path folder;

    @Nested
    final class Epoll extends LoopContract {
        @Override
        protected TestBed bed() {
            return new LiveTestBed(folder, Transport.best());
        }
    }

    @Nested
    final class Nio extends LoopContract {
        @Override
        protected TestBed bed() {
            return new LiveTestBed(folder, Transport.NIO);
        }
    }
}
