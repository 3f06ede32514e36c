@NullMarked
package io.spillway.sfu.dtls.bc;

import org.jspecify.annotations.NullMarked;
