package io.spillway.bench;

import java.util.ArrayList;
import java.util.List;

/** A program's command line: {@code --name=number} options, and words that choose what is measured. */
record Arguments(List<String> all) {

    /** The number of an option, or what it is when absent. @throws NumberFormatException when it is no whole number */
    int number(String name, int whenAbsent) {
        String start = "--" + name + "=";
        return all.stream()
                .filter(each -> each.startsWith(start))
                .map(each -> Integer.parseInt(each.substring(start.length())))
                .findFirst()
                .orElse(whenAbsent);
    }

    /** The text of an option, or what it is when absent. */
    String text(String name, String whenAbsent) {
        String start = "--" + name + "=";
        return all.stream()
                .filter(each -> each.startsWith(start))
                .map(each -> each.substring(start.length()))
                .findFirst()
                .orElse(whenAbsent);
    }

    /** The words, or {@code whenNone}. */
    List<String> words(List<String> whenNone) {
        List<String> words = new ArrayList<>(all);
        words.removeIf(each -> each.startsWith("--"));
        return words.isEmpty() ? whenNone : words;
    }
}
