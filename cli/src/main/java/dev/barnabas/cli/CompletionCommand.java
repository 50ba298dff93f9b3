package dev.barnabas.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code barnabas completion}: what a shell needs to complete the others. */
@Command(
        name = "completion",
        description = "Print a script that completes barnabas commands in a shell.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "bash:  source <(./barnabas completion bash)",
            "zsh:   source <(./barnabas completion zsh)",
            "In ~/.bashrc or ~/.zshrc it is there in every new terminal."
        })
final class CompletionCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell = Shell.BASH;

    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    CompletionCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (shell == Shell.ZSH) {
            streams.out().println("autoload -U +X compinit && compinit -u");
            streams.out().println("autoload -U +X bashcompinit && bashcompinit");
        }
        streams.out().print(AutoComplete.bash("barnabas", Main.commandLine(streams)));
        streams.out().flush();
        return ExitCode.OK;
    }
}
