package io.spillway.recorder.mux;

import java.io.IOException;
import java.nio.file.Path;

/** Cuts stretches out of one journal, of one that is still written too. What was looked through for one is not looked through again for the next. Owned by one thread. */
public final class JournalCutter {

    private final Path journal;
    private final Survey survey;

    public JournalCutter(Path journal) {
        this.journal = journal;
        this.survey = new Survey(journal);
    }

    /**
     * Makes a movie that has a stretch of it, and little else, at the times of the whole. Of no use any more once it has thrown.
     *
     * @throws Muxer.NothingException there is nothing to make it of
     */
    public MovieReport cut(Path folder, double fromS, double toS, MovieTools tools, Muxer.Progress progress)
            throws IOException {
        return Muxer.make(journal, survey.readOn(), folder, new Window(fromS, toS), 1, tools, progress);
    }
}
