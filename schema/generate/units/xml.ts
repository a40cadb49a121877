/**
 * A file of XML: the declaration, which XML wants before everything else, then remarks, then the lines of the document. It names no
 * encoding: without one it is UTF-8, and Windows also takes it as the text that it is.
 */
export function xmlFile(remarks: readonly string[], lines: readonly string[]): string {
	// XML allows no two hyphens within a comment.
	const comments = remarks.map((line) => `<!-- ${line.replaceAll('--', '- -')} -->`);
	return `${['<?xml version="1.0"?>', ...comments, ...lines].join('\n')}\n`;
}

/** `<name>text</name>`, with the signs of XML in the text spelt out. */
export function element(name: string, text: string): string {
	return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
