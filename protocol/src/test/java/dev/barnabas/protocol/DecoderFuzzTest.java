package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes come, decoding ends with a message or a {@link MalformedMessageException}, and takes memory in
 * proportion to the bytes. {@code -Dbarnabas.rounds=1000} makes it a long run.
 */
final class DecoderFuzzTest {
    private static final int MUTANTS = 60;

    /** Lengths that must not be believed, in both encodings. */
    private static final byte[][] HOSTILE = {
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x07},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x0f},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        {(byte) 0x80, 0, 0, 0},
        {0, 0x0f, 0x42, 0x40},
        {(byte) 0xc0, (byte) 0x84, 0x3d},
        {0x7f, (byte) 0xff},
        {(byte) 0xff, (byte) 0xfe},
        {0},
    };

    /** What a message may take besides what is proportional to its bytes. */
    private static final int FIXED_ALLOCATION = 16_384;

    /** A count of elements can cost a reference for each byte that is left, and each element an object. */
    private static final int ALLOCATION_PER_BYTE = 64;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    static List<Subject> subjects() {
        return Subject.all();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survivesMutatedMessages(Subject subject) {
        subject.versions().forEach(version -> {
            for (int i = 0; i < Seed.times(MUTANTS); i++) {
                Random random = Seed.random("fuzz", subject.toString(), version, i);
                decode(subject, version, mutate(valid(subject, version, random), random), random.nextBoolean());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survivesAHostileLengthAtEveryPosition(Subject subject) {
        subject.versions().forEach(version -> {
            for (int round = 0; round < Seed.times(1); round++) {
                byte[] valid = valid(subject, version, Seed.random("hostile", subject.toString(), version, round));
                for (int position = 0; position < Math.min(valid.length, 200); position++) {
                    for (byte[] hostile : HOSTILE) {
                        byte[] bytes = Arrays.copyOf(valid, Math.max(valid.length, position + hostile.length));
                        System.arraycopy(hostile, 0, bytes, position, hostile.length);
                        decode(subject, version, bytes, false);
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void refusesEveryMessageThatEndsEarly(Subject subject) {
        subject.versions().forEach(version -> {
            byte[] valid = valid(subject, version, Seed.random("truncated", subject.toString(), version));
            for (int length = 0; length < Math.min(valid.length, 200); length++) {
                assertThat(decode(subject, version, Arrays.copyOf(valid, length), false))
                        .as("%s version %s, %s of %s bytes", subject, version, length, valid.length)
                        .isNull();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void takesMemoryInProportionToALargeMessageOfSmallParts(Subject subject) {
        subject.versions().forEach(version -> {
            for (int i = 0; i < Seed.times(2); i++) {
                Random random = Seed.random("large", subject.toString(), version, i);
                byte[] bytes = new byte[20_000];
                // Low values are short lengths, small counts, and null.
                int highest = 1 << random.nextInt(1, 7);
                for (int position = 0; position < bytes.length; position++) {
                    bytes[position] = (byte) random.nextInt(highest);
                }
                byte[] hostile = {(byte) 0xff, 0x70};
                int position = random.nextInt(40);
                System.arraycopy(hostile, 0, bytes, position, hostile.length);
                decode(subject, version, bytes, false);
            }
        });
    }

    private static byte[] valid(Subject subject, int version, Random random) {
        Message message = new RandomMessages(random).fitting(subject, version);
        return Encoded.message(message, version).flatten().array();
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int kind = random.nextInt(6);
        if (bytes.length == 0 || kind == 0) {
            byte[] garbage = new byte[random.nextInt(100)];
            random.nextBytes(garbage);
            return garbage;
        }
        int position = random.nextInt(bytes.length);
        switch (kind) {
            case 1 -> bytes[position] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                for (int i = random.nextInt(5); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            case 3 -> {
                byte[] hostile = HOSTILE[random.nextInt(HOSTILE.length)];
                System.arraycopy(hostile, 0, bytes, position, Math.min(hostile.length, bytes.length - position));
            }
            case 4 -> {
                // A part of it again.
                byte[] longer = Arrays.copyOf(bytes, bytes.length + bytes.length - position);
                System.arraycopy(bytes, position, longer, bytes.length, bytes.length - position);
                return longer;
            }
            default -> {
                // A part of it missing.
                int length = random.nextInt(bytes.length - position);
                System.arraycopy(bytes, position + length, bytes, position, bytes.length - position - length);
                return Arrays.copyOf(bytes, bytes.length - length);
            }
        }
        return bytes;
    }

    /** The message, or null if the bytes were refused. */
    private static @Nullable Message decode(Subject subject, int version, byte[] bytes, boolean direct) {
        ByteBuffer buffer =
                direct ? ByteBuffer.allocateDirect(bytes.length).put(bytes).flip() : ByteBuffer.wrap(bytes);
        Message message = null;
        long allocated = Long.MAX_VALUE;
        long allowed = FIXED_ALLOCATION + (long) ALLOCATION_PER_BYTE * bytes.length;
        // What is allocated once in the life of the program, such as for the first exception of its kind, is not meant.
        for (int attempt = 0; attempt < 3 && allocated > allowed; attempt++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                message = subject.read(new Reader(buffer), version);
            } catch (MalformedMessageException refused) {
                // This is what is supposed to happen.
            } catch (RuntimeException | Error e) {
                fail(describe(subject, version, bytes), e);
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        if (allocated > allowed) {
            fail(describe(subject, version, bytes) + ": " + allocated + " bytes allocated");
        }
        if (message != null) {
            checkThatItCanBeWrittenAndReadAgain(subject, version, bytes, message);
        }
        return message;
    }

    private static void checkThatItCanBeWrittenAndReadAgain(
            Subject subject, int version, byte[] bytes, Message message) {
        try {
            ByteBuffer again = Encoded.message(message, version).flatten();
            assertThat(subject.read(new Reader(again), version))
                    .as(() -> describe(subject, version, bytes))
                    .isEqualTo(message);
        } catch (UnsupportedFieldException e) {
            // Each byte that is not UTF-8 was read as a character that takes three.
            assertThat(e).as(() -> describe(subject, version, bytes)).hasMessageContaining("too long");
        }
    }

    private static String describe(Subject subject, int version, byte[] bytes) {
        return subject + " version " + version + ": " + HexFormat.of().formatHex(bytes) + "; "
                + Seed.howToRepeat(DecoderFuzzTest.class);
    }
}
