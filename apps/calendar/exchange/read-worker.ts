import { serveFormats } from '@mana/ui/import/reader';
import { icsImport } from './ics.ts';

serveFormats(self, [icsImport(() => Intl.DateTimeFormat().resolvedOptions().timeZone)]);
