package dev.barnabas.host.live;

import dev.barnabas.host.DiskContract;
import dev.barnabas.host.TestBed;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class LiveDiskContractTest extends DiskContract {
    @TempDir
    Path folder;

    @Override
    protected TestBed bed() {
        return new LiveTestBed(folder, Transport.best());
    }
}
