/** What of a selected text goes along at most, in characters. */
const MOST = 4_000;

/**
 * A bookmark that hands the page one is on over to an app: its title, its address and what is selected there. They stand behind the `#` of the
 * address that it opens, which no server gets to see; nothing is added before somebody says so (`SharePage`).
 *
 * @param origin of this Mana @param app id of an app that takes words
 */
export function captureBookmark(origin: string, app: string): string {
	const said = `new URLSearchParams({title:document.title,text:String(getSelection()).slice(0,${MOST}),url:location.href})`;
	const code = `(()=>{open(${JSON.stringify(`${origin}/${app}/share#`)}+${said},"_blank","popup,noopener,width=560,height=680")})()`;
	return `javascript:${encodeURIComponent(code)}`;
}
