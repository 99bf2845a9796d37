package io.fairlead.nameserver.zone;

import java.util.ArrayList;
import java.util.List;

/** Cuts a zone file into lines of words: white space between them, quotes around, comments from a semicolon on, parentheses over lines. */
final class ZoneWords {

    /** Takes the words of one entry, which may go over lines. */
    @FunctionalInterface
    interface Lines {
        void entry(int line, boolean indented, List<Token> words);
    }

    /** Takes what is wrong. */
    @FunctionalInterface
    interface Errors {
        void error(int line, String text);
    }

    private static final int WORDS_MAX = 4_096;

    private final String text;
    private final Lines lines;
    private final Errors errors;
    private final List<Token> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int line = 1;
    private int entryLine = 1;
    private boolean indented;
    private int depth;
    private int openedLine;

    ZoneWords(String text, Lines lines, Errors errors) {
        this.text = text;
        this.lines = lines;
        this.errors = errors;
    }

    void read() {
        int at = 0;
        boolean lineStart = true;
        while (at < text.length()) {
            char letter = text.charAt(at);
            if (lineStart && depth == 0) {
                indented = letter == ' ' || letter == '\t';
                entryLine = line;
            }
            lineStart = letter == '\n';
            at = take(letter, at);
        }
        endWord(false);
        if (depth > 0) {
            errors.error(openedLine, "a parenthesis is opened here and never closed");
        }
        endEntry();
    }

    /** @return where to go on */
    private int take(char letter, int at) {
        switch (letter) {
            case '\n' -> {
                endWord(false);
                if (depth == 0) {
                    endEntry();
                }
                line++;
            }
            case ' ', '\t', '\r' -> endWord(false);
            case ';' -> {
                endWord(false);
                int end = text.indexOf('\n', at);
                return end < 0 ? text.length() : end;
            }
            case '(' -> {
                endWord(false);
                openedLine = depth++ == 0 ? line : openedLine;
            }
            case ')' -> {
                endWord(false);
                if (depth == 0) {
                    errors.error(line, "a parenthesis is closed that was not opened");
                } else {
                    depth--;
                }
            }
            case '"' -> {
                return quoted(at);
            }
            case '\\' -> {
                inWord = true;
                word.append(letter);
                if (at + 1 < text.length() && text.charAt(at + 1) != '\n') {
                    word.append(text.charAt(at + 1));
                    return at + 2;
                }
            }
            default -> {
                inWord = true;
                word.append(letter);
            }
        }
        return at + 1;
    }

    /** A quote within a word (key="a b") keeps it together; one at its beginning makes a string of its own. */
    private int quoted(int from) {
        boolean ownWord = !inWord;
        inWord = true;
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                word.append(text.charAt(at++));
            }
            word.append(text.charAt(at++));
        }
        if (at >= text.length() || text.charAt(at) == '\n') {
            errors.error(line, "a quote is opened here and not closed on the same line");
            return at;
        }
        if (ownWord) {
            endWord(true);
        }
        return at + 1;
    }

    private void endWord(boolean quoted) {
        if (inWord) {
            if (words.size() < WORDS_MAX) {
                words.add(new Token(word.toString(), quoted));
            } else if (words.size() == WORDS_MAX) {
                errors.error(entryLine, "an entry has more than " + WORDS_MAX + " words");
            }
            word.setLength(0);
            inWord = false;
        }
    }

    private void endEntry() {
        if (!words.isEmpty()) {
            lines.entry(entryLine, indented, List.copyOf(words));
            words.clear();
        }
    }
}
