package dev.barnabas.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class SettingsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "settings.md");

    @Test
    void theCommittedPageIsCurrent() throws IOException {
        if ("write".equals(System.getProperty("settings.page"))) {
            Files.createDirectories(PAGE.resolveSibling("."));
            Files.writeString(PAGE, SettingsPage.text());
        }

        assertThat(Files.readString(PAGE))
                .as("docs/settings.md is out of date; renew it with:"
                        + " mvn -q -pl settings test -Dtest=SettingsPageTest -Dsettings.page=write")
                .isEqualTo(SettingsPage.text());
    }
}
