/** One page for every address, made in the browser: what a person keeps lives there. */
export const ssr = false;
export const prerender = false;
