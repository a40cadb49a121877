import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import type { Card } from '@mana/dav/vcard/index';
import type { FoundContact } from '../found-contact.ts';
import { csv, csvExport, csvOutlookExport } from './csv.ts';
import { csvGoogle, csvGoogleExport } from './csv-google.ts';
import { jcard, jcardExport } from './jcard.ts';
import { ldif, ldifExport } from './ldif.ts';
import { vcard, vcardExport } from './vcard.ts';

/** The kinds of files that contacts come in. */
export const importFormats: readonly ImportFormat<FoundContact>[] = [vcard, jcard, ldif, csvGoogle, csv];

/** The kinds of files that contacts go out in: the one that everybody reads first. */
export const exportFormats: readonly ExportFormat<Card>[] = [
	vcardExport('3.0'),
	vcardExport('4.0'),
	vcardExport('2.1'),
	csvGoogleExport,
	csvOutlookExport,
	csvExport,
	jcardExport,
	ldifExport,
];
