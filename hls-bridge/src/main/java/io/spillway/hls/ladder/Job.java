package io.spillway.hls.ladder;

import io.spillway.media.frame.AccessUnit;

/**
 * One frame to be transcoded.
 *
 * @param epoch counts publications
 * @param source counts up where frames come of another layer than those before
 * @param passed the layer is a rendition itself, and its segments are the stream's
 * @param begins a segment begins with it
 * @param offeredNs when it was asked for
 */
record Job(int epoch, int source, boolean passed, boolean begins, AccessUnit unit, long offeredNs) {}
