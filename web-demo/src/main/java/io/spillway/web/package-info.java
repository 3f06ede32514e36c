/** The pages a person sees: which address shows which file, and how long it may be kept. */
@NullMarked
package io.spillway.web;

import org.jspecify.annotations.NullMarked;
