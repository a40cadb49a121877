/** The largest body that the public door lets through, in bytes. A service behind it has its own, smaller limit. */
export const largestBodyBytes = 4 * 1024 ** 3;

/** How long a connection through the public door may be silent, in seconds: above what WebSockets are kept alive by. */
export const longestSilenceSeconds = 3600;
