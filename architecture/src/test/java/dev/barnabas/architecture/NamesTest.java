package dev.barnabas.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import org.junit.jupiter.api.Test;

/** Names say what a class is. Generated classes are named by their schemas. */
final class NamesTest {

    private static final String SAYS_NOTHING =
            "(Abstract|Base)[A-Z].*|.*(Manager|Helper|Util|Utils|Info|Data|Context|Processor|Impl)";

    private static final String[] GENERATED = {
        "dev.barnabas.protocol.message..", "dev.barnabas.protocol.state..", "dev.barnabas.metadata.record.."
    };

    @Test
    void namesSayWhatAClassIs() {
        classes()
                .that()
                .resideOutsideOfPackages(GENERATED)
                .should()
                .haveNameNotMatching("(.*[.$])?(" + SAYS_NOTHING + ")")
                .check(Barnabas.CLASSES);
    }
}
