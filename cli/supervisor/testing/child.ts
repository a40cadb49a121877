// Stands for cli/host.ts in the supervisor's tests: its services are words that say what it does.
const words = process.argv.slice(2);
console.log(JSON.stringify({ level: 'info', name: words[0], msg: `lives as ${process.pid}` }));
if (words.includes('crashes')) throw new Error('as it was told');
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
	if (!words.includes('stubborn')) process.exit(0);
});
process.send?.({ kind: 'ready', listening: words.map((name) => ({ name, url: `http://127.0.0.1/${process.pid}` })) });
setInterval(() => {}, 1000);
