package dev.barnabas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PackagesTest {
    @Test
    void everyPackageIsDocumented() {
        assertThat(PackagesTest.class.getPackageName()).isEqualTo("dev.barnabas.architecture");
    }
}
