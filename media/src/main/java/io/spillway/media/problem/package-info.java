/** How refusals are written for whoever asked. */
@NullMarked
package io.spillway.media.problem;

import org.jspecify.annotations.NullMarked;
