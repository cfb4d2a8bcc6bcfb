// Runs the scenario that the command line names, after its script; prints that it found nothing.

const [script, name] = process.argv.slice(2);
const scenarios = await import(script);
await scenarios[name]();
process.stdout.write("null\n");
