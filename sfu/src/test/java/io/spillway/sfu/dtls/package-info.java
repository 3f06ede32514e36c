@NullMarked
package io.spillway.sfu.dtls;

import org.jspecify.annotations.NullMarked;
