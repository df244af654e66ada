exports.firstLetter = function firstLetter(name) {
  return name[0].toLowerCase();
};
