/** Sessions and streams: who publishes, who watches, for how long. */
@NullMarked
package io.spillway.sfu.session;

import org.jspecify.annotations.NullMarked;
