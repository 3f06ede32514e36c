@NullMarked
package io.spillway.sfu.srtp;

import org.jspecify.annotations.NullMarked;
