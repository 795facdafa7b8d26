package statement

// operation reports whether a method reads or changes data or the server.
func operation(name string) bool {
	if destructive(name) {
		return true
	}
	switch name {
	case "remove", "drop", "find", "findOne", "aggregate", "countDocuments", "estimatedDocumentCount", "distinct",
		"insert", "insertOne", "insertMany", "bulkWrite", "save", "update", "updateOne", "updateMany", "replaceOne",
		"findOneAndUpdate", "findOneAndReplace", "findAndModify", "mapReduce", "createIndex", "createIndexes",
		"ensureIndex", "renameCollection", "runCommand", "adminCommand", "_adminCommand", "_runCommand", "runReadCommand",
		"createCollection", "createView", "createUser", "createRole", "updateUser", "updateRole", "changeUserPassword",
		"grantRolesToUser", "revokeRolesFromUser", "grantPrivilegesToRole", "revokePrivilegesFromRole", "grantRolesToRole",
		"killOp", "fsyncLock", "fsyncUnlock", "reIndex", "compact", "stepDown", "reconfig", "initiate", "add",
		"addShard", "enableSharding", "shardCollection", "convertToCapped", "setProfilingLevel", "eval", "hideIndex",
		"setFeatureCompatibilityVersion", "cloneDatabase", "copyDatabase", "execSync", "spawnSync", "exec", "spawn", "execFileSync",
		"writeFileSync", "readFileSync", "unlinkSync", "rmSync":
		return true
	}
	return false
}

// destructive reports whether a method's name stands for a loss of data or
// service wherever it is seen.
func destructive(name string) bool {
	switch name {
	case "drop", "remove", "dropDatabase", "dropIndex", "dropIndexes", "dropUser", "dropAllUsers", "dropRole",
		"dropAllRoles", "removeUser", "dropSearchIndex", "deleteMany", "deleteOne", "findOneAndDelete", "shutdownServer",
		"removeShard", "dropConnections", "dropEncryptionKey", "invalidateUserCache", "removeTagRange":
		return true
	}
	return false
}

// filter returns what the filter at token j lets pass: a value, which ends
// before end.
func (p *mongoParser) filter(j, end, level int) truth {
	if j >= end {
		return always
	}
	t := p.toks[j]
	switch {
	case level > maxNesting:
		return maybe
	case t.kind == sName && (t.text == "undefined" || t.text == "null"):
		return always
	case t.kind == sString, t.kind == sName && t.text == "ObjectId", t.kind == sName && t.text == "new":
		return filter // the identifier of one document
	case !p.is(j, "{") || t.match == 0:
		return maybe
	}
	out := always
	for k := j + 1; k < t.match; k = p.value(k, t.match) {
		if p.is(k, ",") {
			k++
		}
		if k >= t.match {
			break
		}
		if !p.is(k+1, ":") || p.toks[k].kind == sGap {
			out = both(out, p.shorthand(k))
			continue
		}
		out = both(out, p.condition(p.toks[k].text, k+2, t.match, level))
	}
	return out
}

// shorthand returns what an entry without a constant key lets pass.
func (p *mongoParser) shorthand(k int) truth {
	if p.toks[k].kind == sName {
		return filter // {name}
	}
	return maybe // {...rest}, {[key]: value}
}

// value returns the index of the comma after the entry at k, or end.
func (p *mongoParser) value(k, end int) int {
	for k < end {
		if p.is(k, ",") {
			return k
		}
		if p.toks[k].match > 0 {
			k = p.toks[k].match
		}
		k++
	}
	return end
}

// condition returns what key: value lets pass; the value is at j.
func (p *mongoParser) condition(key string, j, end, level int) truth {
	switch key {
	case "$comment":
		return always
	case "$where", "$expr", "$jsonSchema", "$sampleRate":
		return p.predicate(j, end)
	case "$nor":
		return maybe
	case "$and", "$or":
		if !p.is(j, "[") || p.toks[j].match == 0 {
			return maybe
		}
		out, join := always, both
		if key == "$or" {
			out, join = never, either
		}
		for k := j + 1; k < p.toks[j].match; k = p.value(k, p.toks[j].match) + 1 {
			out = join(out, p.filter(k, p.toks[j].match, level+1))
		}
		return out
	}
	if !p.is(j, "{") {
		if p.toks[j].kind == sGap {
			return maybe
		}
		return filter
	}
	// Every document has an _id that is not null.
	op, arg := j+1, j+3
	if key == "_id" && arg < end && p.toks[j].match == arg+1 {
		switch o, v := p.toks[op].text, p.toks[arg].text; {
		case o == "$exists" && v != "false" && v != "0", o == "$ne" && (v == "null" || v == "undefined" || v == ""),
			o == "$gt" && v == "", o == "$not":
			return always
		}
	}
	if p.is(j+2, ":") && p.is(arg, "[") && p.toks[arg].match == arg+1 && p.toks[op].text == "$nin" {
		return always
	}
	return filter
}

// predicate returns what a condition in code lets pass.
func (p *mongoParser) predicate(j, end int) truth {
	if j >= end {
		return maybe
	}
	switch t := p.toks[j]; t.text {
	case "true", "1", "return true", "return true;", "1==1":
		return always
	case "{":
		if t.match == j+1 {
			return always
		}
	}
	return fixed
}
