const minuteMs = 60_000;

/** A session ends when it was not used for so long. */
export const sessionMs = 30 * 24 * 60 * minuteMs;
/** A token older than this is replaced at the next call of `/token`. */
export const rotationMs = 15 * minuteMs;
/** How long a replaced token still works once its successor was seen: other tabs may have requests on the way. */
export const graceMs = minuteMs;
/** Life of the access token that services verify. */
export const accessTokenMs = 10 * minuteMs;
