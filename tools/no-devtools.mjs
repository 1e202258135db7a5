// Stands in for react-devtools-core, which Ink imports for debugging and nobody has installed.
export default { initialize: () => {}, connectToDevTools: () => {} };
