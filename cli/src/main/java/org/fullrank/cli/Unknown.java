package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.settings.Nearest;
import picocli.CommandLine;

/// Error lines for unknown arguments. Each error line suggests the most similar known argument.
final class Unknown {
    private Unknown() {}

    static String message(CommandLine command, String argument) {
        var spec = command.getCommandSpec();
        if (argument.startsWith("-")) {
            String option = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
            List<String> known = new ArrayList<>(spec.optionsMap().keySet());
            return "unknown option %s%s".formatted(option, Nearest.hint(option, known));
        }
        if (!spec.subcommands().isEmpty()) {
            List<String> known = List.copyOf(spec.subcommands().keySet());
            return "unknown command %s%s (known: %s)"
                    .formatted(argument, Nearest.hint(argument, known), String.join(", ", known));
        }
        return "found one argument too many, %s".formatted(argument);
    }
}
