package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import dev.barnabas.metadata.Deputy;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.MetadataLogContract;
import dev.barnabas.metadata.QuorumContract;
import dev.barnabas.protocol.Uuid;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class RatisMetadataLogTest {

    @TempDir
    private Path folder = Path.of("");

    @Nested
    final class OfOneVoter extends MetadataLogContract {

        @Override
        protected TestBed bed() throws Exception {
            return new RatisWorld(folder, 1);
        }

        @Override
        protected MetadataLog open(TestBed world, Loop owner) throws Exception {
            return ((RatisWorld) world).open(1, new Uuid(7, 1), owner);
        }
    }

    /** The others hand leadership over to the first as soon as they have it. */
    @Nested
    final class OfThreeVoters extends MetadataLogContract {

        @Override
        protected TestBed bed() throws Exception {
            RatisWorld world = new RatisWorld(folder, 3);
            for (int id = 2; id <= 3; id++) {
                Loop loop = world.start(id);
                MetadataLog log = world.open(id, new Uuid(7, id), loop);
                world.run(loop, () -> log.subscribe(0, new Deputy(log)));
            }
            return world;
        }

        @Override
        protected MetadataLog open(TestBed world, Loop owner) throws Exception {
            return ((RatisWorld) world).open(1, new Uuid(7, 1), owner);
        }
    }

    @Nested
    final class Contract extends QuorumContract {

        @Override
        protected World world() throws Exception {
            return new RatisWorld(folder, 3);
        }
    }
}
